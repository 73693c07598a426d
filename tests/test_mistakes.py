"""The mistakes that beginners make most, and what they are told: the same as by PyTorch.

Each runs in both libraries; the exception's type and the first line of its message must be the
same. A new one needs no more than a function here: all of this file's are tested.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch as pytorch

import minitorch_nn

from .programs import said
from .versions import ANOMALY_HINT, INTEGER_MEAN, MATRIX_NEEDED, Wording, product_named

Mistake = Callable[[Any], Any]


def two_layers(torch: Any) -> Any:
    return torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))


def calling_backward_twice(torch: Any) -> Any:
    loss = (torch.ones(2, requires_grad=True) ** 2).sum()
    loss.backward()
    loss.backward()


def calling_backward_on_a_vector(torch: Any) -> Any:
    (torch.ones(2, requires_grad=True) * 2).backward()


def calling_backward_on_what_needs_no_gradient(torch: Any) -> Any:
    torch.ones(2).sum().backward()


def calling_backward_on_a_loss_made_under_no_grad(torch: Any) -> Any:
    model = two_layers(torch)
    with torch.no_grad():
        loss = model(torch.ones(1, 4)).sum()
    loss.backward()


def updating_a_weight_in_place_without_no_grad(torch: Any) -> Any:
    w = torch.ones(2, requires_grad=True)
    (w * w).sum().backward()
    w -= 0.1 * w.grad


def writing_into_a_leaf_by_index(torch: Any) -> Any:
    w = torch.ones(2, requires_grad=True)
    w[0] = 5.0


def changing_in_place_what_the_backward_needs(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    y += 1
    y.sum().backward()


def turning_a_tensor_with_a_gradient_into_numpy(torch: Any) -> Any:
    torch.ones(2, requires_grad=True).numpy()


def asking_item_of_a_vector(torch: Any) -> Any:
    torch.ones(2).item()


def asking_whether_a_vector_is_true(torch: Any) -> Any:
    if torch.tensor([True, False]):
        pass


def making_an_integer_tensor_require_a_gradient(torch: Any) -> Any:
    torch.tensor([1, 2], requires_grad=True)


def feeding_a_linear_layer_the_wrong_width(torch: Any) -> Any:
    torch.nn.Linear(784, 10)(torch.ones(64, 28))


def feeding_images_to_a_linear_layer_unflattened(torch: Any) -> Any:
    torch.nn.Linear(784, 10)(torch.ones(64, 1, 28, 28))


def feeding_float64_to_a_float32_layer(torch: Any) -> Any:
    torch.nn.Linear(3, 2)(torch.ones(1, 3, dtype=torch.float64))


def feeding_numpy_data_to_a_layer_through_from_numpy(torch: Any) -> Any:
    torch.nn.Linear(3, 2)(torch.from_numpy(np.ones((1, 3))))


def feeding_integers_to_a_layer(torch: Any) -> Any:
    torch.nn.Linear(3, 2)(torch.ones(1, 3, dtype=torch.int64))


def feeding_an_array_to_a_layer(torch: Any) -> Any:
    torch.nn.Linear(3, 2)(np.ones((1, 3), np.float32))


def feeding_flat_images_to_a_convolution(torch: Any) -> Any:
    torch.nn.Conv2d(1, 8, 3)(torch.ones(64, 784))


def feeding_a_convolution_the_wrong_number_of_channels(torch: Any) -> Any:
    torch.nn.Conv2d(3, 8, 3)(torch.ones(1, 1, 28, 28))


def making_an_image_too_small_for_the_kernel(torch: Any) -> Any:
    torch.nn.Conv2d(1, 8, 5)(torch.ones(1, 1, 3, 3))


def pooling_an_image_away(torch: Any) -> Any:
    torch.nn.MaxPool2d(2)(torch.ones(1, 1, 1, 1))


def multiplying_matrices_that_do_not_fit(torch: Any) -> Any:
    return torch.ones(2, 3) @ torch.ones(2, 3)


def adding_shapes_that_do_not_broadcast(torch: Any) -> Any:
    return torch.ones(2, 3) + torch.ones(2, 4)


def viewing_as_a_shape_of_another_size(torch: Any) -> Any:
    torch.ones(2, 3).view(4, 2)


def viewing_what_was_transposed(torch: Any) -> Any:
    torch.ones(2, 3).t().view(6)


def joining_rows_of_different_length(torch: Any) -> Any:
    torch.cat([torch.ones(2, 3), torch.ones(2, 4)])


def stacking_different_shapes(torch: Any) -> Any:
    torch.stack([torch.ones(2), torch.ones(3)])


def indexing_beyond_the_end(torch: Any) -> Any:
    return torch.ones(3)[3]


def indexing_with_too_many_indices(torch: Any) -> Any:
    return torch.ones(3)[0, 0]


def indexing_with_floats(torch: Any) -> Any:
    return torch.ones(3)[torch.tensor([0.0, 1.0])]


def naming_a_dimension_that_is_not_there(torch: Any) -> Any:
    torch.ones(2, 3).sum(dim=2)


def making_a_tensor_from_uneven_lists(torch: Any) -> Any:
    torch.tensor([[1, 2], [3]])


def making_a_tensor_from_text(torch: Any) -> Any:
    torch.tensor(["a", "b"])


def giving_cross_entropy_float_labels(torch: Any) -> Any:
    torch.nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([0.0, 1.0]))


def giving_cross_entropy_labels_of_another_batch_size(torch: Any) -> Any:
    torch.nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([0, 1, 2]))


def giving_cross_entropy_a_label_out_of_range(torch: Any) -> Any:
    torch.nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([0, 3]))


def giving_cross_entropy_labels_with_a_dimension_too_many(torch: Any) -> Any:
    torch.nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([[0], [1]]))


def giving_bce_integer_labels(torch: Any) -> Any:
    torch.nn.BCELoss()(torch.tensor([0.5, 0.5]), torch.tensor([0, 1]))


def giving_bce_numbers_beyond_0_and_1(torch: Any) -> Any:
    torch.nn.BCELoss()(torch.tensor([1.5, 0.5]), torch.tensor([0.0, 1.0]))


def giving_bce_another_shape(torch: Any) -> Any:
    torch.nn.BCELoss()(torch.tensor([[0.5], [0.5]]), torch.tensor([0.0, 1.0]))


def forgetting_super_init(torch: Any) -> Any:
    class Net(torch.nn.Module):
        def __init__(self) -> None:
            self.fc = torch.nn.Linear(1, 1)

    Net()


def forgetting_forward(torch: Any) -> Any:
    class Net(torch.nn.Module):
        pass

    Net()(torch.ones(1))


def misspelling_a_layer(torch: Any) -> Any:
    model = two_layers(torch)
    model.fc1  # noqa: B018


def assigning_a_plain_tensor_to_a_parameter(torch: Any) -> Any:
    torch.nn.Linear(2, 2).weight = torch.ones(2, 2)


def giving_an_optimizer_no_parameters(torch: Any) -> Any:
    torch.optim.SGD([], lr=0.1)


def giving_an_optimizer_a_parameter_instead_of_a_list(torch: Any) -> Any:
    torch.optim.SGD(torch.nn.Linear(2, 2), lr=0.1)


def giving_an_optimizer_a_result(torch: Any) -> Any:
    torch.optim.SGD([torch.ones(1, requires_grad=True) * 2], lr=0.1)


def giving_a_negative_learning_rate(torch: Any) -> Any:
    torch.optim.Adam(two_layers(torch).parameters(), lr=-0.1)


def loading_the_state_of_another_model(torch: Any) -> Any:
    two_layers(torch).load_state_dict(torch.nn.Linear(4, 3).state_dict())


def loading_weights_of_another_shape(torch: Any) -> Any:
    torch.nn.Linear(4, 3).load_state_dict(torch.nn.Linear(4, 2).state_dict())


def loading_a_model_where_a_state_is_meant(torch: Any) -> Any:
    two_layers(torch).load_state_dict(two_layers(torch))


def loading_a_file_that_is_not_there(torch: Any) -> Any:
    torch.load("no such file.pth")


def normalising_one_value_per_channel(torch: Any) -> Any:
    torch.nn.BatchNorm1d(3)(torch.ones(1, 3))


def looking_up_a_word_beyond_the_table(torch: Any) -> Any:
    torch.nn.Embedding(3, 2)(torch.tensor([3]))


def looking_up_words_by_floats(torch: Any) -> Any:
    torch.nn.Embedding(3, 2)(torch.tensor([1.0]))


def squeezing_a_dimension_that_is_not_there(torch: Any) -> Any:
    torch.ones(2, 3).squeeze(5)


def asking_for_the_gradient_of_an_unused_input(torch: Any) -> Any:
    x, y = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    torch.autograd.grad(x.sum(), y)


def shuffling_and_sampling_at_once(torch: Any) -> Any:
    data = torch.utils.data.TensorDataset(torch.ones(4))
    sampler = torch.utils.data.SequentialSampler(data)
    torch.utils.data.DataLoader(data, shuffle=True, sampler=sampler)


def batching_samples_of_different_length(torch: Any) -> Any:
    rows = [torch.ones(2), torch.ones(3)]
    next(iter(torch.utils.data.DataLoader(rows, batch_size=2)))


def pairing_tensors_of_different_length(torch: Any) -> Any:
    torch.utils.data.TensorDataset(torch.ones(2), torch.ones(3))


def splitting_into_parts_that_do_not_add_up(torch: Any) -> Any:
    torch.utils.data.random_split(list(range(10)), [7, 2])


def asking_for_a_graphics_card_that_is_not_there(torch: Any) -> Any:
    torch.ones(1).to("gpu")


def transposing_by_a_dimension_too_far(torch: Any) -> Any:
    torch.ones(2, 3).transpose(1, 2)


def taking_the_maximum_of_nothing(torch: Any) -> Any:
    torch.ones(0).max()


def averaging_integers(torch: Any) -> Any:
    torch.tensor([1, 2, 3]).mean()


def dividing_integers_in_place(torch: Any) -> Any:
    x = torch.tensor([1, 2, 3])
    x /= 2


def dropping_more_than_everything(torch: Any) -> Any:
    torch.nn.Dropout(1.5)


def changing_the_graph_flag_of_a_result(torch: Any) -> Any:
    (torch.ones(1, requires_grad=True) * 2).requires_grad_(False)


def multiplying_a_matrix_by_a_vector_with_mm(torch: Any) -> Any:
    torch.ones(2, 3).mm(torch.ones(3))


def giving_a_loss_class_what_its_object_takes(torch: Any) -> Any:
    torch.nn.MSELoss(torch.ones(3), torch.ones(3))


def scoring_against_a_plain_list(torch: Any) -> Any:
    torch.nn.MSELoss()(torch.ones(2), [1.0, 2.0])


def scoring_logits_against_whole_numbers(torch: Any) -> Any:
    torch.nn.BCEWithLogitsLoss()(torch.ones(2), torch.tensor([0, 1]))


def feeding_a_linear_layer_whole_numbers_of_the_wrong_width(torch: Any) -> Any:
    two_layers(torch)(torch.ones(1, 5).long())


def feeding_a_convolution_doubles(torch: Any) -> Any:
    torch.nn.Conv2d(1, 2, 3)(torch.ones(1, 1, 4, 4, dtype=torch.float64))


def feeding_a_layer_one_number(torch: Any) -> Any:
    torch.nn.Linear(1, 1)(torch.tensor(2.0))


def choosing_by_numbers_instead_of_a_mask(torch: Any) -> Any:
    torch.where(torch.tensor([1.0, 0.0]), 1, 0)


def choosing_without_an_alternative(torch: Any) -> Any:
    torch.where(torch.tensor([True, False]), torch.ones(2))


def looking_for_a_word_in_a_tensor(torch: Any) -> Any:
    return "a" in torch.ones(2)


def training_a_module_instead_of_its_parameters(torch: Any) -> Any:
    torch.optim.SGD([torch.nn.Linear(2, 1)], lr=0.1)


def assigning_a_number_as_data(torch: Any) -> Any:
    torch.ones(2).data = 3


def taking_softmax_of_whole_numbers(torch: Any) -> Any:
    torch.nn.functional.softmax(torch.tensor([[1, 2], [3, 4]]), dim=0)


MISTAKES: list[Mistake] = [
    f for name, f in list(globals().items()) if getattr(f, "__module__", "") == __name__
]
MISTAKES.remove(two_layers)


OLDER_WORDS: dict[Mistake, Wording] = {
    changing_in_place_what_the_backward_needs: ANOMALY_HINT,
    averaging_integers: INTEGER_MEAN,
    multiplying_matrices_that_do_not_fit: product_named("mm"),
    feeding_a_linear_layer_the_wrong_width: product_named("addmm"),
    feeding_images_to_a_linear_layer_unflattened: product_named("addmm"),
    multiplying_a_matrix_by_a_vector_with_mm: MATRIX_NEEDED,
}


def told(mistake: Mistake, torch: Any) -> str:
    """The exception's type and the first line of its message; classes by their bare names."""
    older = [OLDER_WORDS[mistake]] if mistake in OLDER_WORDS else []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = said(Exception, lambda: mistake(torch), *older)
    return re.sub(r"<class '[\w.]*\.(\w+)'>", r"\1", text)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_says_what_pytorch_says(mistake: Mistake) -> None:
    assert told(mistake, minitorch_nn) == told(mistake, pytorch)


def test_there_are_more_than_forty() -> None:
    assert len(MISTAKES) >= 40
