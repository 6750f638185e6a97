namespace RescaleInterlink.Testing;

/// <summary>How long a test waits for what must come. It costs only where something is broken, and so a machine that stands still for a while breaks nothing.</summary>
public static class TestPatience
{
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
}
