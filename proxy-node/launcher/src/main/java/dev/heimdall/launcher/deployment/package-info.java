/**
 * {@code heimdall deployment new}: what AWS says of an account, what people answer where it says
 * nothing, and the file and documents that are written from both.
 */
package dev.heimdall.launcher.deployment;
