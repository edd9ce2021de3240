/** Admission and conversion webhooks: the certificates, the TLS server, and the objects that tell the API server about them. */
@NullMarked
package dev.sluice.app.webhook;

import org.jspecify.annotations.NullMarked;
