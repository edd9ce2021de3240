@NullMarked
package dev.sluice.serving.domain;

import org.jspecify.annotations.NullMarked;
