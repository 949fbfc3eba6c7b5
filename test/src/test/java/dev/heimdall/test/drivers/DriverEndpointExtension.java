package dev.heimdall.test.drivers;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests the one endpoint of the run; it is closed at the end of all of them. */
final class DriverEndpointExtension implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == DriverEndpoint.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(DriverEndpoint.class))
        .computeIfAbsent(DriverEndpoint.class, type -> DriverEndpoint.open(), DriverEndpoint.class);
  }
}
