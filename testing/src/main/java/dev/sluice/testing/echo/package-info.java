/** The program in the test image: it needs nothing but a Java runtime. */
@NullMarked
package dev.sluice.testing.echo;

import org.jspecify.annotations.NullMarked;
