/**
 * Configurations of other proxies, and servers as they are, turned into Heimdall's documents. What
 * cannot be carried over is named line by line, so that nothing is lost without being said.
 */
package dev.heimdall.launcher.moving;
