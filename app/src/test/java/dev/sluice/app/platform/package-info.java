/** Tests of the platform's parts on a real API server. */
@NullMarked
package dev.sluice.app.platform;

import org.jspecify.annotations.NullMarked;
