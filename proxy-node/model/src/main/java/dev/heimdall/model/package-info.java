/** The configuration as the user writes it. */
package dev.heimdall.model;
