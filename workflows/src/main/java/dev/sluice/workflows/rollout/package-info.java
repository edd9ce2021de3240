/** Rollouts: the workflow that moves a Service's requests to its newest revision, step by step, and what people can tell it. */
@NullMarked
package dev.sluice.workflows.rollout;

import org.jspecify.annotations.NullMarked;
