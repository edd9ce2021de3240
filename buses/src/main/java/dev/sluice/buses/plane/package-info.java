/** What reconcilers tell the data plane: channels, their hosts and Services, and subscriptions. */
@NullMarked
package dev.sluice.buses.plane;

import org.jspecify.annotations.NullMarked;
