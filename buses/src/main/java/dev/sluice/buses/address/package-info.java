/** What the references of eventing's kinds lead to. */
@NullMarked
package dev.sluice.buses.address;

import org.jspecify.annotations.NullMarked;
