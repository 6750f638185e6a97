namespace RescaleInterlink.Loader;
internal static class Placeholder;
