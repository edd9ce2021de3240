@NullMarked
package dev.sluice.serving.service;

import org.jspecify.annotations.NullMarked;
