/**
 * How a verb on the command line is carried out by the running instance: the words go over a Unix socket that only its owner
 * may open, and text comes back. So a verb starts no clients of its own, and the instance needs no port for it.
 */
@NullMarked
package dev.sluice.app.control;

import org.jspecify.annotations.NullMarked;
