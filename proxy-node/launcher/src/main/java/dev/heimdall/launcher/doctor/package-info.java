/**
 * {@code heimdall doctor}: what a node on this machine would reach of AWS, of its databases and of
 * its store, all looked at together and in bounded time ({@link
 * dev.heimdall.launcher.doctor.Examination}). It changes nothing anywhere, but for a key of the
 * store that goes by itself.
 */
package dev.heimdall.launcher.doctor;
