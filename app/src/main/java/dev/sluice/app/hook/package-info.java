/** The endpoint at which Git servers say that somebody has pushed: the service is built and deployed anew. */
@NullMarked
package dev.sluice.app.hook;

import org.jspecify.annotations.NullMarked;
