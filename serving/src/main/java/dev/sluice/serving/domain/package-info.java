/** DomainMappings: domains of people's own, claimed for a namespace, that answer as something addressable does. */
@NullMarked
package dev.sluice.serving.domain;

import org.jspecify.annotations.NullMarked;
