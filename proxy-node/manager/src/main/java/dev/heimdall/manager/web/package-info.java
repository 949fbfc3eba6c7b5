/**
 * The manager's web server, which is Jetty's within {@link Bounds}: connections, bodies, TLS, and
 * what comes from pages of others. What is at its paths comes in as a {@link
 * dev.heimdall.manager.web.Site}; no other package knows Jetty.
 */
package dev.heimdall.manager.web;
