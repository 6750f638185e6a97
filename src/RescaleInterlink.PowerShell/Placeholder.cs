namespace RescaleInterlink.PowerShell;
internal static class Placeholder;
