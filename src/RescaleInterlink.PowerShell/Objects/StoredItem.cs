namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A file or a folder of the platform. The shell tells pipeline input by its base classes, never by its interfaces.</summary>
public abstract class StoredItem
{
    private protected StoredItem()
    {
    }
}
