/**
 * {@code /etc/heimdall.conf}: what one machine says of itself, before any configuration is known
 * ({@link dev.heimdall.launcher.conf.HeimdallConf}). Nothing here starts anything.
 */
package dev.heimdall.launcher.conf;
