/** The program: its entry point, and below it the command line, the composition root and the servers that belong to no one module. */
@NullMarked
package dev.sluice.app;

import org.jspecify.annotations.NullMarked;
