/**
 * The {@code heimdall} command: reads its arguments and starts what they ask for. Neither the data
 * plane nor the configuration's rules live here.
 */
package dev.heimdall.launcher;
