@NullMarked
package dev.sluice.serving.loop;

import org.jspecify.annotations.NullMarked;
