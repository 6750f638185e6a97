using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Lets the name of a connection of this runspace stand for it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConnectionTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        => FlagTransformationAttribute.Unwrap(inputData) switch
        {
            string name => RunspaceState.Current.Find(name)
                ?? throw new ArgumentTransformationMetadataException($"This runspace has no open connection named '{name}'. See Get-RescaleConnection."),
            // What Get-RescaleConnection gives when there are several.
            object[] { Length: > 1 } several => throw new ArgumentTransformationMetadataException(
                $"{several.Length} connections were given where one is taken. Choose one by its name, or with Get-RescaleConnection -Default."),
            _ => inputData,
        };
}
