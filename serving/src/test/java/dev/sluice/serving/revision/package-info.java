@NullMarked
package dev.sluice.serving.revision;

import org.jspecify.annotations.NullMarked;
