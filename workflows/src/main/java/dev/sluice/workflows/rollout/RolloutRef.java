package dev.sluice.workflows.rollout;

/** The Route whose requests move; {@code uid} is that of the Service that owns it, or its own. */
public record RolloutRef(String namespace, String route, String uid) {}
