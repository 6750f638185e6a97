namespace RescaleInterlink.Sandbox.Data;

/// <param name="Count">Of all pages together.</param>
internal sealed record Page<T>(int Count, IReadOnlyList<T> Entries);
