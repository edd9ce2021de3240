@NullMarked
package dev.sluice.model.dataplane;

import org.jspecify.annotations.NullMarked;
