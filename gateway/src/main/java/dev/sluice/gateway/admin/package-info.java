/** The listener for operators and preStop hooks: health, metrics, drain. Never on the data port. */
@NullMarked
package dev.sluice.gateway.admin;

import org.jspecify.annotations.NullMarked;
