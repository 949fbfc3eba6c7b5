/**
 * {@code heimdall doctor}: what a node on this machine would reach of AWS, of its databases and of
 * its store, all looked at together and in bounded time ({@link
 * dev.heimdall.launcher.doctor.Examination}). It changes nothing anywhere.
 */
package dev.heimdall.launcher.doctor;
