/**
 * Child processes that never outlive the JVM, are started again when they die, keep their ports, and the ways in which their programs are
 * found or obtained. Shared by temporal-dev and kube-dev, and needed by nothing that runs in production.
 */
@NullMarked
package dev.sluice.processes;

import org.jspecify.annotations.NullMarked;
