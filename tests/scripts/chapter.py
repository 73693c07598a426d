"""Every section of the chapter, in its order; the data is drawn instead of downloaded."""

import torch
import torch.nn as nn
import torch.optim as optim
from torch.utils.data import DataLoader, TensorDataset
from torchvision import transforms

torch.manual_seed(5)

# 5.1.1 Linear Layer
linear_layer = nn.Linear(in_features=3, out_features=2)
x = torch.randn(4, 3)
output = linear_layer(x)
print(output)


# 5.1.2 신경망 모델에서 사용
class SimpleNN(nn.Module):
    def __init__(self):
        super(SimpleNN, self).__init__()  # noqa: UP008 (as the chapter writes it)
        self.layer1 = nn.Linear(3, 2)
        self.layer2 = nn.Linear(2, 2)

    def forward(self, x):
        x = torch.relu(self.layer1(x))
        x = self.layer2(x)
        return x


model = SimpleNN()
x = torch.randn(4, 3)
print(model(x))

# 5.1.3 Convolutional Layer
conv_layer = nn.Conv2d(in_channels=3, out_channels=16, kernel_size=3, stride=1, padding=1)
input_tensor = torch.randn(1, 3, 32, 32)
output_tensor = conv_layer(input_tensor)
print(conv_layer)
print(output_tensor.shape)


# 5.2 파이토치에서의 사용법
class Regression(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.layer1 = nn.Linear(input_size, hidden_size)
        self.layer2 = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.layer2(torch.relu(self.layer1(x)))


model = Regression(10, 5, 1)
print(model)
x = torch.randn(3, 10)
output = model(x)
print("모델 출력:", output)


# 5.3 nn.Module
class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, 128)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = x.view(-1, 28 * 28)
        return self.fc2(self.relu(self.fc1(x)))


model = Digits()
output_data = model(torch.randn(64, 784))
print(output_data.shape)

torch.save(model.state_dict(), "simple_nn.pth")
model = Digits()
print(model.load_state_dict(torch.load("simple_nn.pth", weights_only=True)))
print(model.eval())

# nn.Module로 신경망 구조 실습
transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
print(transform)
images = torch.rand(320, 1, 28, 28)
labels = torch.randint(0, 10, (320,))
images[torch.arange(320), 0, labels] += 1.0  # a bright row, so that there is something to learn
images = transforms.Normalize((0.5,), (0.5,))(images)
train_loader = DataLoader(TensorDataset(images[:256], labels[:256]), batch_size=64, shuffle=True)
test_loader = DataLoader(TensorDataset(images[256:], labels[256:]), batch_size=64, shuffle=False)

model = Digits()
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)


def train(model, train_loader, criterion, optimizer, num_epochs=5):
    model.train()
    for epoch in range(num_epochs):
        running_loss = 0.0
        correct = 0
        total = 0
        for inputs, labels in train_loader:
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()

            running_loss += loss.item()
            _, predicted = torch.max(outputs, 1)
            total += labels.size(0)
            correct += (predicted == labels).sum().item()

        print(
            f"Epoch [{epoch + 1}/{num_epochs}], Loss: {running_loss / len(train_loader):.4f}, "
            f"Accuracy: {100 * correct / total:.2f}%"
        )


def evaluate(model, test_loader):
    model.eval()
    correct = 0
    total = 0
    with torch.no_grad():
        for inputs, labels in test_loader:
            outputs = model(inputs)
            _, predicted = torch.max(outputs, 1)
            total += labels.size(0)
            correct += (predicted == labels).sum().item()
    print(f"Test Accuracy: {100 * correct / total:.2f}%")


train(model, train_loader, criterion, optimizer)
evaluate(model, test_loader)
