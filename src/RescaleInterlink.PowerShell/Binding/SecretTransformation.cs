using System.Management.Automation;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Refuses plain text where a secure string is wanted. PowerShell's own refusal would repeat the text.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        => FlagTransformationAttribute.Unwrap(inputData) is string
            ? throw new ArgumentTransformationMetadataException("A key is taken as a secure string only, such as Read-Host -AsSecureString gives.")
            : inputData;
}
