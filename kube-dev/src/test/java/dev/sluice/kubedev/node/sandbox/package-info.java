@NullMarked
package dev.sluice.kubedev.node.sandbox;

import org.jspecify.annotations.NullMarked;
