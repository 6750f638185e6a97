namespace RescaleInterlink.PowerShell.Base;

/// <summary>Keeps the last value it was given, for a display that looks when it has time.</summary>
internal sealed class Latest<T> : IProgress<T>
    where T : class
{
    private volatile T? _value;

    public T? Value => _value;

    public void Report(T value) => _value = value;
}
