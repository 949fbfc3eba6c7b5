/** The manager's HTTP door: bounds, TLS, who may pass, and what the paths do. */
package dev.heimdall.manager.http;
