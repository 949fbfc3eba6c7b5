/** The data plane. */
package dev.heimdall.engine;
