/** Between Routes and the workflows that move their requests: who starts a rollout, and how people ask about one. */
@NullMarked
package dev.sluice.serving.rollout;

import org.jspecify.annotations.NullMarked;
