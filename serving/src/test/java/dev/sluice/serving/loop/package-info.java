/** What is looked at when, and how often. */
@NullMarked
package dev.sluice.serving.loop;

import org.jspecify.annotations.NullMarked;
