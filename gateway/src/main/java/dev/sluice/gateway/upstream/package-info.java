/** Connections to pods: opened, kept for the next request, checked before they are trusted again. */
@NullMarked
package dev.sluice.gateway.upstream;

import org.jspecify.annotations.NullMarked;
