/**
 * The command line: one class per verb. A {@link dev.sluice.app.cli.LocalVerb} is carried out where it was typed, an {@link
 * dev.sluice.app.cli.InstanceVerb} by the running instance.
 */
@NullMarked
package dev.sluice.app.cli;

import org.jspecify.annotations.NullMarked;
