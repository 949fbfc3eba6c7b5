/** Rules through a real client and a real PostgreSQL. Nothing that needs no server belongs here. */
package dev.heimdall.test.rules;
