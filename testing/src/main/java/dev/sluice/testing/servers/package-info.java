/** Real servers as processes of a test: on loopback, on free ports, in a folder of the test's; gone when closed. */
@NullMarked
package dev.sluice.testing.servers;

import org.jspecify.annotations.NullMarked;
