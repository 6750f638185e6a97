namespace RescaleInterlink.Testing;
internal static class Placeholder;
