/** Tests of the program, and of the rules that all modules keep. */
@NullMarked
package dev.sluice.app;

import org.jspecify.annotations.NullMarked;
