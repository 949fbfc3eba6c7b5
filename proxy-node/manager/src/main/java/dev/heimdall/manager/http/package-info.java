/** The manager's HTTP endpoint: bounds, TLS, who may pass, and what the paths do. */
package dev.heimdall.manager.http;
