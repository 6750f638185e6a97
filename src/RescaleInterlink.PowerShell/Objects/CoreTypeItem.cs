using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A core type of the platform. Its code also binds as <c>CoreType</c>.</summary>
public sealed class CoreTypeItem : IShellObject
{
    internal CoreTypeItem(CoreType record)
    {
        Code = record.Code;
        Name = record.Name;
        IsActive = record.IsActive;
        Cores = [.. record.Cores];
        Price = record.Price;
        LowPriorityPrice = record.LowPriorityPrice;
        WalltimeRequired = record.WalltimeRequired;
        DisplayOrder = record.DisplayOrder;
    }

    static string IShellObject.TypeName => "RescaleInterlink.CoreType";

    public string Code { get; }

    public string? Name { get; }

    /// <summary>Whether new jobs can use it.</summary>
    public bool IsActive { get; }

    /// <summary>Numbers of cores that a slot can have.</summary>
    public int[] Cores { get; }

    /// <summary>With <c>-IncludePrice</c>, as the platform gives it.</summary>
    public decimal? Price { get; }

    public decimal? LowPriorityPrice { get; }

    public bool? WalltimeRequired { get; }

    public long? DisplayOrder { get; }

    public override string ToString() => Code;
}
