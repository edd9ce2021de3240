/** Where an instance of Sluice keeps what it has, and how others find it. */
@NullMarked
package dev.sluice.app.state;

import org.jspecify.annotations.NullMarked;
