namespace RescaleInterlink.Sandbox.Data;

/// <summary>One line of the journal: a transaction. It is there whole or not at all.</summary>
internal sealed record JournalLine(IReadOnlyList<Change> Changes);
