/** Who may edit: one user, whose password is kept elsewhere and may change at any time. */
package dev.heimdall.manager.login;
