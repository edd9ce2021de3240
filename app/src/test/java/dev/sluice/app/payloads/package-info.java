/** Tests of the encryption of histories. */
@NullMarked
package dev.sluice.app.payloads;

import org.jspecify.annotations.NullMarked;
